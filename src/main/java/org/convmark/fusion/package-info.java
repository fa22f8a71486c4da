/**
 * How a fused block is cut into kernels: which kernels are possible, what each costs, and the cheapest plan. Knows no backend.
 */
package org.convmark.fusion;
