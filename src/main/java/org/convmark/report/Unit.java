package org.convmark.report;

import java.util.Locale;

/** The unit of a number, and how it is shown: three significant digits and a fitting prefix. */
public enum Unit {
    /** Seconds, as s, ms, us or ns. */
    SECONDS("s") {
        @Override
        public String format(double value) {
            return scaled(value, 1e-3, new String[] {"ns", "us", "ms", "s"}, 1e-9);
        }
    },
    /** Floating-point operations per second, always in units of 1e9, so that rows can be compared at a glance. */
    FLOPS("flop/s") {
        @Override
        public String format(double value) {
            return digits(value / 1e9) + " GFLOP/s";
        }
    },
    /** Bytes per second, always in units of 1e9. */
    BANDWIDTH("B/s") {
        @Override
        public String format(double value) {
            return digits(value / 1e9) + " GB/s";
        }
    },
    /** Bytes, in powers of 1024. */
    BYTES("B") {
        @Override
        public String format(double value) {
            double scale = 1;
            int prefix = 0;
            String[] names = {"B", "KiB", "MiB", "GiB", "TiB"};
            while (prefix < names.length - 1 && value / scale >= 1024) {
                scale *= 1024;
                prefix++;
            }
            return digits(value / scale) + " " + names[prefix];
        }
    },
    /** One time divided by another: 4 is four times as fast. */
    FACTOR("factor") {
        @Override
        public String format(double value) {
            return digits(value) + "x";
        }
    },
    /** A part of a whole, kept as a fraction and shown in percent. */
    SHARE("fraction") {
        @Override
        public String format(double value) {
            return String.format(Locale.ROOT, value < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * value);
        }
    },
    /** A relative error, with two digits and an exponent. */
    ERROR("relative") {
        @Override
        public String format(double value) {
            return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
        }
    },
    /** A count of things. */
    COUNT("count") {
        @Override
        public String format(double value) {
            return value == Math.rint(value) ? Long.toString((long) value) : digits(value);
        }
    };

    private final String base;

    Unit(String base) {
        this.base = base;
    }

    /** The unit of the bare number, in files for programs. */
    public String base() {
        return base;
    }

    /** The number with its unit, for a reader. */
    public abstract String format(double value);

    private static String scaled(double value, double ratio, String[] names, double smallest) {
        double scale = smallest;
        int name = 0;
        while (name < names.length - 1 && Math.abs(value) / scale >= 1 / ratio * 0.9995) {
            scale /= ratio;
            name++;
        }
        return digits(value / scale) + " " + names[name];
    }

    /** Three significant digits without an exponent. */
    private static String digits(double value) {
        double size = Math.abs(value);
        String pattern =
                size == 0 || size >= 99.95 ? "%.0f" : size >= 9.995 ? "%.1f" : size >= 0.9995 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, pattern, value);
    }
}
