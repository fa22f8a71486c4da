/** What a machine can do when nothing but arithmetic, or nothing but memory, limits it. */
package org.convmark.bench.roof;
