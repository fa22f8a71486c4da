/** What a pass reads and writes in which order, and what caches of given sizes make of it. */
package org.convmark.model.cache;
