package org.convmark.machine;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.util.List;
import org.convmark.io.Json;

/**
 * The JSON form of the records of this package. Files of other versions can be read: unknown fields are ignored, and facts that they
 * lack are missing.
 */
final class FactJson {
    static final JsonMapper MAPPER = Json.MAPPER
            .rebuild()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .addModule(new SimpleModule().setDeserializerModifier(new AbsentFacts()))
            .annotationIntrospector(new WholeRecords())
            .withConfigOverride(List.class, o -> o.setSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL)))
            .build();

    private FactJson() {}

    /** Values that may be unknown are facts; plain texts are required. */
    private static final class WholeRecords extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public JsonSetter.Value findSetterInfo(Annotated member) {
            boolean isText = member.getRawType() == String.class
                    && member instanceof AnnotatedMember in
                    && in.getDeclaringClass() != Fact.class;
            return isText ? JsonSetter.Value.forValueNulls(Nulls.FAIL) : super.findSetterInfo(member);
        }
    }

    /** Reads a fact that the file does not contain as a missing one. */
    private static final class AbsentFacts extends BeanDeserializerModifier {
        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> plain) {
            return bean.getBeanClass() == Fact.class ? new OrMissing(plain) : plain;
        }
    }

    private static final class OrMissing extends DelegatingDeserializer {
        OrMissing(JsonDeserializer<?> plain) {
            super(plain);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> plain) {
            return new OrMissing(plain);
        }

        @Override
        public Object getNullValue(DeserializationContext context) {
            return Fact.missing("not recorded by the version that wrote the file");
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return getNullValue(context);
        }
    }
}
