package org.convmark.machine;

/**
 * Whether one JVM can run a target.
 *
 * @param target name of the target
 * @param description what runs there (species or device), or the reason why it is not available
 */
public record TargetState(String target, Fact<String> description) {
    /** Whether the target can be measured. */
    public boolean available() {
        return description.known();
    }
}
