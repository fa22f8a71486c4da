/** The commands: parsing and checking what a user types, and printing. Picocli and exit codes are used only here. */
package org.convmark.cli;
