/** A run: what is measured in which order, how long it takes, what is kept on disk while it goes on. */
package org.convmark.run;
