/** A JVM that measures: which it is, and what was chosen for it. The same value in plans, results, comparisons and commands. */
package org.convmark.jvm;
