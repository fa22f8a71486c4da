/** The entry of the program, alone: commands are in {@code cli}. */
package org.convmark;
