/** Many runs over time: where rows changed their level. */
package org.convmark.analysis.history;
