package org.convmark.machine;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Location of the running program. */
public final class OwnCode {
    private OwnCode() {}

    /** The jar, or the folder of classes. */
    public static Path path() {
        try {
            return Path.of(OwnCode.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
