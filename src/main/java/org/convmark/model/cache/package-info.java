/** The order in which a pass reads and writes memory, and how caches of given sizes serve it. */
package org.convmark.model.cache;
