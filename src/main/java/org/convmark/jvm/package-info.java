/** A JVM that measures: which it is, what was chosen for it, and what a plan tells it. The same value in plans, results, comparisons and commands. */
package org.convmark.jvm;
