package dev.counterfoil.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x' own transport, with {@link ConnectionCaps} where a connection is accepted: before it gets a pipeline, an event loop or a
 * TLS handshake, all of which cost more than the caller pays.
 */
public final class CappedTransport implements Transport {
    private final NioTransport capped;

    public CappedTransport(ConnectionCaps caps) {
        this.capped = new NioTransport() {
            @Override
            public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
                return domainSocket ? super.serverChannelFactory(true) : () -> new CappedServerChannel(caps);
            }
        };
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public @Nullable Throwable unavailabilityCause() {
        return null;
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return capped;
    }

    private static final class CappedServerChannel extends NioServerSocketChannel {
        private final ConnectionCaps caps;

        CappedServerChannel(ConnectionCaps caps) {
            this.caps = caps;
        }

        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            int read = super.doReadMessages(accepted);
            if (read > 0 && caps.concern(localAddress().getPort())) {
                Channel connection = (Channel) accepted.get(accepted.size() - 1);
                if (!isLetIn(connection)) {
                    Object unused = accepted.remove(accepted.size() - 1);
                }
            }
            return read;
        }

        private boolean isLetIn(Channel connection) {
            // Null: gone already.
            if (connection.remoteAddress() instanceof InetSocketAddress from && caps.opened(from.getAddress())) {
                connection.closeFuture().addListener(closed -> caps.closed(from.getAddress()));
                return true;
            }
            // A reset leaves nothing behind here, an orderly end would leave a socket in TIME_WAIT.
            boolean unused = connection.config().setOption(ChannelOption.SO_LINGER, 0);
            connection.unsafe().closeForcibly();
            return false;
        }
    }
}
