/** The program's entry point and nothing else; commands are in {@code cli}. */
package org.convmark;
