package org.convmark.model;

/** How a target computes a convolution that can be computed in several ways. */
public enum Algorithm {
    /** Whatever the target's measured rule expects to be fastest for the shape. */
    AUTO,
    /** Every product of the definition. */
    DIRECT,
    /** Winograd's F(2x2, 3x3): 16 products in place of 36; 3x3 at stride 1, else direct (Lavin and Gray 2016). */
    WINOGRAD_2,
    /** Winograd's F(4x4, 3x3): 36 products in place of 144; 3x3 at stride 1, else direct (Lavin and Gray 2016). */
    WINOGRAD_4
}
