/** What a JVM is and can do, found out by a child of it. An old, broken or crashing JVM costs a sentence, not the run. */
package org.convmark.probe;
