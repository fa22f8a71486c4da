package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Another run may hold the lock of this machine while this test runs, so only the second of two is known not to be first. */
class MachineLockTest {
    @Test
    void whoComesSecondIsTold() throws IOException {
        try (MachineLock first = MachineLock.take();
                MachineLock second = MachineLock.take()) {
            assertFalse(first.isFirst() && second.isFirst());
            assertFalse(second.isFirst());
        }
    }
}
