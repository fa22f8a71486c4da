package org.convmark.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Recorded decisions of a generator, so that its result can be generated again, and reduced: with fewer and smaller decisions (as
 * in MacIver and Donaldson, Test-Case Reduction via Test-Case Generation, 2020). A generator must generate less for smaller
 * numbers.
 */
final class Choices {
    /** Most smaller cases that are tried. */
    private static final int ATTEMPTS = 2000;

    private final List<Integer> made;
    private final SplittableRandom own;
    private SplittableRandom random;
    private int next;

    /** Random decisions: those that all members of a family share, and after {@link #differ} those of one of them. */
    Choices(long family, long member) {
        this(new ArrayList<>(), new SplittableRandom(family), new SplittableRandom(member));
    }

    private Choices(List<Integer> made, SplittableRandom shared, SplittableRandom own) {
        this.made = made;
        this.random = shared;
        this.own = own;
    }

    /** Ends the decisions that a family shares. */
    void differ() {
        random = own;
    }

    /** From 0 to a number, exclusive. */
    int below(int end) {
        if (next == made.size()) {
            made.add(random == null ? 0 : random.nextInt(end));
        }
        int choice = Math.min(made.get(next), end - 1);
        made.set(next++, choice);
        return choice;
    }

    int of(int... values) {
        return values[below(values.length)];
    }

    <T> T of(List<T> values) {
        return values.get(below(values.size()));
    }

    /** The same decisions again. */
    Choices again() {
        return replay(made);
    }

    private static Choices replay(List<Integer> made) {
        return new Choices(new ArrayList<>(made), null, null);
    }

    /** The smallest decisions found that still fail. */
    Choices smallest(Predicate<Choices> fails) {
        List<Integer> smallest = made;
        int attempts = 0;
        for (boolean isSmaller = true; isSmaller && attempts < ATTEMPTS; ) {
            isSmaller = false;
            for (List<Integer> smaller : smallerThan(smallest)) {
                if (attempts++ < ATTEMPTS && fails.test(replay(smaller))) {
                    smallest = smaller;
                    isSmaller = true;
                    break;
                }
            }
        }
        return replay(smallest);
    }

    private static List<List<Integer>> smallerThan(List<Integer> choices) {
        List<List<Integer>> all = new ArrayList<>();
        for (int length = 16; length > 0; length /= 2) {
            for (int from = 0; from + length <= choices.size(); from += length) {
                List<Integer> fewer = new ArrayList<>(choices.subList(0, from));
                fewer.addAll(choices.subList(from + length, choices.size()));
                all.add(fewer);
            }
        }
        for (int i = 0; i < choices.size(); i++) {
            for (int lower : new int[] {0, choices.get(i) / 2, choices.get(i) - 1}) {
                if (lower >= 0 && lower < choices.get(i)) {
                    List<Integer> lowered = new ArrayList<>(choices);
                    lowered.set(i, lower);
                    all.add(lowered);
                }
            }
        }
        return all;
    }
}
