package org.convmark.run;

/**
 * How thoroughly a row is measured.
 *
 * @param forks JVMs started, one after the other; the unit of evidence
 * @param warmUpMillis longest warm-up of a fork; it ends earlier when the time no longer improves
 * @param iterations samples per fork
 * @param iterationMillis shortest time of a sample
 */
public record Effort(int forks, int warmUpMillis, int iterations, int iterationMillis) {
    /** The same with another number of forks. */
    public Effort withForks(int number) {
        return new Effort(number, warmUpMillis, iterations, iterationMillis);
    }
}
