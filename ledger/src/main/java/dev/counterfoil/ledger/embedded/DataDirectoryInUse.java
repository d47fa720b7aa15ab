package dev.counterfoil.ledger.embedded;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Another process, or another part of this one, holds the data folder. */
public final class DataDirectoryInUse extends EmbeddedServerException {
    private static final long serialVersionUID = 1L;

    private final long holderPid;

    DataDirectoryInUse(Path folder, OptionalLong holderPid) {
        super("data folder " + folder + " is in use by process "
                + (holderPid.isPresent() ? holderPid.getAsLong() : "(unknown)")
                + ": stop it, or choose another folder");
        this.holderPid = holderPid.orElse(0);
    }

    /** The holder's process id, when the holder got as far as writing it down. */
    public OptionalLong holderPid() {
        return holderPid == 0 ? OptionalLong.empty() : OptionalLong.of(holderPid);
    }
}
