package org.convmark.model;

/** How many layers of a graph share one kernel. */
public enum Fusion {
    /** Every layer is a kernel of its own and every intermediate goes through memory, as in an eager framework. */
    NONE,
    /** A convolution absorbs the normalisation, activation and residual sum after it, as in inference engines. */
    EPILOGUE,
    /** A whole residual block is one kernel (Lavin 2024). */
    BLOCK
}
