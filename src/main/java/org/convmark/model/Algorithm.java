package org.convmark.model;

/** How a target computes a convolution that has several algorithms. */
public enum Algorithm {
    /** The target's choice: a measured rule picks the algorithm that should be fastest for the shape. */
    AUTO,
    /** Directly: every product of the definition. */
    DIRECT,
    /** Winograd's F(2x2, 3x3): 16 products instead of 36; for 3x3 at stride 1, otherwise direct (Lavin and Gray 2016). */
    WINOGRAD_2,
    /** Winograd's F(4x4, 3x3): 36 products instead of 144; for 3x3 at stride 1, otherwise direct (Lavin and Gray 2016). */
    WINOGRAD_4
}
