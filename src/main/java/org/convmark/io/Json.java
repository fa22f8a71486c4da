package org.convmark.io;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * How JSON is read and written. Runs hold many numbers, so those are parsed fast; NaN and Infinity, which some tools write, are
 * numbers; whatever follows a value means a damaged file; what is absent is left out; and methods such as {@code isRoof} are answers, not parts of a record.
 */
public final class Json {
    /** For files and for the output of programs. */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .build();

    private Json() {}

    /**
     * The value of a text.
     *
     * @throws JsonProcessingException if it is damaged, or null
     */
    public static <T> T value(String text, Class<T> type) throws JsonProcessingException {
        return present(MAPPER.readValue(text, type), type);
    }

    /**
     * The value of a tree.
     *
     * @throws JsonProcessingException if it does not fit the type, or is null
     */
    public static <T> T value(JsonNode tree, Class<T> type) throws JsonProcessingException {
        return present(MAPPER.treeToValue(tree, type), type);
    }

    private static <T> T present(T value, Class<T> type) throws JsonProcessingException {
        if (value == null) {
            throw MismatchedInputException.from(null, type, "it holds null");
        }
        return value;
    }
}
