package org.convmark.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Facts and roofs. */
class FactTest {
    @Test
    void eitherValueOrReason() {
        assertThrows(IllegalArgumentException.class, () -> new Fact<>(1, "a", "b"));
        assertThrows(IllegalArgumentException.class, () -> new Fact<>(null, "a", null));
    }

    @Test
    void failuresAreReasons() {
        assertEquals(Fact.missing("x does not say"), Fact.ask("x", () -> null));
        assertEquals(Fact.missing("x failed: IllegalStateException: no"), Fact.ask("x", () -> {
            throw new IllegalStateException("no");
        }));
        assertEquals(Fact.missing("x failed: UnsatisfiedLinkError"), Fact.ask("x", () -> {
            throw new UnsatisfiedLinkError();
        }));
    }

    @Test
    void secondSourceIsAskedOnlyIfNeeded() {
        assertEquals(Fact.of(1, "a"), Fact.of(1, "a").or(() -> {
            throw new AssertionError();
        }));
        assertEquals(Fact.of(2, "b"), Fact.<Integer>missing("no").or(() -> Fact.of(2, "b")));
        assertEquals(Fact.missing("no; neither"), Fact.missing("no").or(() -> Fact.missing("neither")));
    }
}
