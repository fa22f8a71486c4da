/** The commands: what a user types, checked, and what is printed. Picocli and exit codes live here and nowhere else. */
package org.convmark.cli;
