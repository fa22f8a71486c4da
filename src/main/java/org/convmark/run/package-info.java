/** A run: what is measured in which order, how long it takes, and what is kept on disk while it runs. */
package org.convmark.run;
