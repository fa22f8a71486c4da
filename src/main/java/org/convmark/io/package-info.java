/** Files, folders and processes: whole or not at all, and never without an end. Knows nothing else of this project. */
package org.convmark.io;
