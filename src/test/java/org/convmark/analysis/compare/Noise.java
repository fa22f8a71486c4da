package org.convmark.analysis.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.convmark.analysis.statistics.Samples;

/** Ways in which times of forks and iterations vary, on a logarithmic scale; sizes are parts of the time. */
enum Noise {
    /** Half of the variance between forks, half within. */
    NORMAL {
        @Override
        double fork(Random random, int row) {
            return random.nextGaussian() * Math.sqrt(0.5);
        }
    },
    /** Forks that are sometimes much slower and never much faster. */
    SKEWED {
        @Override
        double fork(Random random, int row) {
            return 0.6 * Math.exp(random.nextGaussian());
        }
    },
    /** The compiler makes one of two programs of a row, ten times as far apart as iterations are. */
    BIMODAL {
        @Override
        double fork(Random random, int row) {
            return random.nextBoolean() ? 10 : 0;
        }
    },
    /** As above, but only one row in five. */
    PARTLY_BIMODAL {
        @Override
        double fork(Random random, int row) {
            return row % 5 == 0 && random.nextBoolean() ? 10 : 0;
        }
    },
    /** Noise is all between forks, and some rows have ten times as much of it as others. */
    FORK_CORRELATED {
        @Override
        double fork(Random random, int row) {
            return random.nextGaussian() * (0.3 + 2.7 * (row % 30) / 30);
        }
    };

    /** What a fork has in common, in units of the noise. */
    abstract double fork(Random random, int row);

    /** Times around a mean. */
    Samples samples(Random random, int row, int forks, double size, double mean) {
        List<List<Double>> times = new ArrayList<>();
        for (int f = 0; f < forks; f++) {
            double common = mean + size * fork(random, row);
            List<Double> iterations = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                iterations.add(Math.exp(common + size * Math.sqrt(0.5) * random.nextGaussian()));
            }
            times.add(iterations);
        }
        return Samples.of(times);
    }
}
