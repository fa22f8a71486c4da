package org.convmark.machine;

import java.util.function.Function;
import oshi.SystemInfo;

/**
 * OSHI, if it loads. Its "unknown" and its zeros become reasons here, not values.
 *
 * @param system null if it does not load
 * @param absence why it does not load, or null
 */
record Oshi(SystemInfo system, String absence) {
    /** OSHI for this machine. */
    static Oshi load() {
        Fact<SystemInfo> system = Fact.ask("OSHI", SystemInfo::new);
        return new Oshi(system.value(), system.missing());
    }

    /** No OSHI. */
    static Oshi absent(String reason) {
        return new Oshi(null, reason);
    }

    /** OSHI's answer to a question; numbers must be above zero. */
    <T> Fact<T> ask(String what, Function<SystemInfo, T> question) {
        if (system == null) {
            return Fact.missing(absence);
        }
        return Fact.ask("OSHI " + what, () -> question.apply(system)).then(value -> judge(what, value));
    }

    /** An answer of OSHI, which may mean "unknown". */
    static <T> Fact<T> judge(String what, T value) {
        String source = "OSHI " + what;
        return means(value) ? Fact.of(value, source) : Fact.missing(source + " says '" + value + "'");
    }

    private static boolean means(Object value) {
        if (value instanceof String text) {
            return !text.isBlank() && !text.equalsIgnoreCase("unknown");
        }
        return value != null && (!(value instanceof Number number) || number.doubleValue() > 0);
    }
}
