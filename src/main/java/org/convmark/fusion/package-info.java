/** How a fused block is cut into kernels: which kernels are possible, what each would cost, and the best plan. Knows no backend. */
package org.convmark.fusion;
