package org.convmark.analysis.facts;

import java.util.List;
import java.util.Locale;
import org.convmark.model.ActivationChain;
import org.convmark.model.Block;
import org.convmark.model.Network;
import org.convmark.model.Operator;
import org.convmark.model.Pattern;
import org.convmark.model.Workload;

/** Kinds of workloads. A workload is compared only with others of its kind. */
public enum Family {
    PATTERN(Pattern.values()),
    BLOCK(Block.values()),
    OPERATOR(Operator.values()),
    ACTIVATION(ActivationChain.values()),
    NETWORK(Network.values());

    private final List<Workload> workloads;

    Family(Workload... workloads) {
        this.workloads = List.of(workloads);
    }

    /** The family of a workload. */
    public static Family of(Workload workload) {
        for (Family family : values()) {
            if (family.workloads.contains(workload)) {
                return family;
            }
        }
        throw new IllegalArgumentException(workload.name() + " is in no family");
    }

    /** Its members, in the order of their enum. */
    public List<Workload> workloads() {
        return workloads;
    }

    /** The name in the singular, as the head of a column. */
    public String title() {
        return name().charAt(0) + word().substring(1);
    }

    /** The name in the singular, in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
