package dev.counterfoil.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x' own transport, the system's (epoll) where there is one, with {@link ConnectionCaps} where a connection is accepted: before
 * it gets a pipeline, an event loop or a TLS handshake, all of which cost more than the caller pays.
 */
public final class CappedTransport implements Transport {
    private final ConnectionCaps caps;
    private final boolean epoll = Epoll.isAvailable();
    private final io.vertx.core.spi.transport.Transport capped;

    public CappedTransport(ConnectionCaps caps) {
        this.caps = caps;
        this.capped = epoll
                ? new EpollTransport() {
                    @Override
                    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
                        return capped(super.serverChannelFactory(domainSocket), domainSocket);
                    }
                }
                : new NioTransport() {
                    @Override
                    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
                        return capped(super.serverChannelFactory(domainSocket), domainSocket);
                    }
                };
    }

    private ChannelFactory<? extends ServerChannel> capped(
            ChannelFactory<? extends ServerChannel> uncapped, boolean domainSocket) {
        if (domainSocket) {
            return uncapped;
        }
        return () -> {
            ServerChannel channel = uncapped.newChannel();
            channel.pipeline().addLast(new Door(caps));
            return channel;
        };
    }

    @Override
    public String name() {
        return epoll ? "epoll" : "nio";
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

    /** What a server channel reads are connections; behind this stands the one who gives each of them an event loop. */
    private static final class Door extends ChannelInboundHandlerAdapter {
        private final ConnectionCaps caps;

        Door(ConnectionCaps caps) {
            this.caps = caps;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            boolean concerned =
                    context.channel().localAddress() instanceof InetSocketAddress at && caps.concern(at.getPort());
            if (!concerned || isLetIn((Channel) message)) {
                context.fireChannelRead(message);
            }
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
