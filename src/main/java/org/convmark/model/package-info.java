/**
 * What is computed: shapes, layers, graphs, patterns, blocks, operators, their costs, and the measured cases. Imports nothing
 * else of this project.
 */
package org.convmark.model;
