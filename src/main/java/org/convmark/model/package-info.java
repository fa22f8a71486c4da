/** What is computed: shapes, layers, graphs, patterns, blocks, operators and what they cost. Imports nothing else of this project. */
package org.convmark.model;
