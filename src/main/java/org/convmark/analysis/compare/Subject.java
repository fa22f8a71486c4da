package org.convmark.analysis.compare;

/** What may differ between two sides because it is the subject of the comparison. */
public enum Subject {
    /** The processor, its clock, memory and devices. */
    MACHINE,
    /** The virtual machine. */
    JVM,
    /** Arguments of the virtual machine. */
    FLAGS,
    /** The program that is measured. */
    COMMIT
}
