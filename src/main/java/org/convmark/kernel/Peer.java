package org.convmark.kernel;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.convmark.model.Target;

/** An engine from outside this project, found at run time; its code and native libraries are only in builds with peers. */
public interface Peer {
    /** Why no peer can be opened in a build without peers, and what to do. */
    String ABSENT = "this build has no peers: ./run.sh run --peers, or mvn -Ppeers package";

    /** The target that this engine runs. */
    Target target();

    /** Loads the native library. Returns why it does not run here, or null if it does. */
    String unavailable();

    /** An engine, ready to compile. */
    Engine open(EngineOptions options);

    /** Opens an engine for which {@link #unavailable(Target)} returned null. */
    static Engine open(Target target, EngineOptions options) {
        return find(target).open(options);
    }

    /** Why the engine cannot be opened here, or null if it can. */
    static String unavailable(Target target) {
        Peer peer = find(target);
        try {
            return peer == null ? ABSENT : peer.unavailable();
        } catch (LinkageError | RuntimeException e) {
            return e.getCause() instanceof ClassNotFoundException
                    ? ABSENT // adapters of an earlier build, without the engines
                    : NativeLibraries.reason(e).orElse("its native library does not load: " + e);
        }
    }

    private static Peer find(Target target) {
        try {
            return ServiceLoader.load(Peer.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(peer -> peer.target() == target)
                    .findFirst()
                    .orElse(null);
        } catch (ServiceConfigurationError | LinkageError e) {
            return null; // classes of an earlier build with peers, without their libraries
        }
    }
}
