package org.convmark.run;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * Removes a JVM's compilation messages, thousands of lines per fork, from its output, and remembers which of the kernels' methods a
 * compiler gave up on.
 */
final class CompilerLog extends FilterOutputStream {
    /** The time in milliseconds and number of a compilation, or a method that is excluded from it. */
    private static final Pattern COMPILATION = Pattern.compile(
            "\\s*\\d+\\s+\\d+\\s.*|\\s*\\d+\\s+[1-4]\\s.*|### Excluding compile.*|made not compilable on level.*");

    private static final String METHOD = "org\\.convmark\\.kernel\\.(\\S+)::(\\S+)\\s";

    /** A compilation that failed, or a method that the optimising compiler may not compile; that C1 may not compile tiles is meant. */
    private static final List<Pattern> GIVEN_UP = List.of(
            Pattern.compile(".*\\s([1-4])\\s+" + METHOD + ".*COMPILE SKIPPED: (.*?)(?: \\(.*)?"),
            Pattern.compile("made not compilable on level (4)\\s+" + METHOD + ".*bytes\\)\\s+(.*)"));

    /** The tier of the optimising compiler, C2 or Graal. */
    private static final int OPTIMISING = 4;

    private final StringBuilder line = new StringBuilder();
    private final List<GivenUp> givenUp = new ArrayList<>();

    /** A method that a compiler gave up on. */
    record GivenUp(int tier, String method, String reason) {
        boolean isFinal() {
            return tier == OPTIMISING;
        }

        @Override
        public String toString() {
            return (isFinal() ? "the optimising compiler" : "C1") + " gave up on " + method + ": " + reason;
        }
    }

    CompilerLog(OutputStream out) {
        super(out);
    }

    /** JMH's own messages go to the log unchanged, and the output of its forks goes through this filter. */
    OutputFormat around(OutputFormat log) {
        return (OutputFormat) Proxy.newProxyInstance(
                CompilerLog.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, arguments) -> {
                    boolean isOfFork = method.getName().equals("write");
                    if (isOfFork && arguments[0] instanceof byte[] bytes) {
                        write(bytes, 0, bytes.length);
                    } else if (isOfFork) {
                        write((int) arguments[0]);
                    } else {
                        return method.invoke(log, arguments);
                    }
                    return null;
                });
    }

    /** Forgets earlier JVMs. */
    synchronized void begin() {
        givenUp.clear();
    }

    /** What compilers gave up on since {@link #begin()}, each once. */
    synchronized List<GivenUp> givenUp() {
        return givenUp.stream().distinct().toList();
    }

    @Override
    public synchronized void write(int b) throws IOException {
        line.append((char) (b & 0xff));
        if (b == '\n') {
            endLine();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        for (int i = from; i < from + length; i++) {
            write(bytes[i]);
        }
    }

    private void endLine() throws IOException {
        String text = line.toString();
        line.setLength(0);
        Optional<Matcher> matcher = GIVEN_UP.stream()
                .map(pattern -> pattern.matcher(text.stripTrailing()))
                .filter(Matcher::matches)
                .findFirst();
        matcher.ifPresent(
                m -> givenUp.add(new GivenUp(Integer.parseInt(m.group(1)), m.group(2) + "." + m.group(3), m.group(4))));
        if (matcher.isPresent() || !COMPILATION.matcher(text.stripTrailing()).matches()) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** An incomplete line is held back until it ends. */
    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
