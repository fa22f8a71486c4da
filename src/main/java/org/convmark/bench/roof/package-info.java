/** What a machine can do when only arithmetic, or only memory, limits it. */
package org.convmark.bench.roof;
