/**
 * The JVM that measures: its identity, the user's settings, and what a plan passes to it. Plans, results, comparisons and commands share
 * these types.
 */
package org.convmark.jvm;
