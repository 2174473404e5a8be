// openapi_schema: messages of the protocol as JSON Schema (2020-12, as OpenAPI 3.1 has it). What
// web/message.h writes is what this describes.
//
// no unit test: tests/it/test_web_openapi.py checks every answer against it.

#include "web/openapi_int.h"

#include "web/api.h"
#include "web/field.h"
#include <stdio.h>

void web_openapi_ref(struct openapi *api, const ProtobufCMessageDescriptor *message)
{
    char text[160];
    struct str key = map_key(&message, sizeof(message));
    size_t most = sizeof(api->order) / sizeof(api->order[0]);
    if (map_find(&api->seen, key) == NULL && api->count < most) {
        map_set(&api->seen, key, api);
        api->order[api->count++] = message;
    }
    (void)snprintf(text, sizeof(text), "#/components/schemas/%s", message->short_name);
    json_object(&api->json);
    json_text_field(&api->json, "$ref", text);
    json_end(&api->json);
}

static void types(struct json *json, const char *first, const char *second)
{
    json_key(json, "type");
    json_array(json);
    json_str(json, str_of(first));
    json_str(json, str_of(second));
    json_end(json);
}

static void money(struct json *json)
{
    json_text_field(json, "type", "string");
    json_text_field(json, "pattern", "^-?[0-9]+(\\.[0-9]{1,5})?$");
}

static void plain(struct json *json, const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: json_text_field(json, "type", "boolean"); return;
    case PROTOBUF_C_TYPE_STRING:
        json_text_field(json, "type", "string");
        json_int_field(json, "maxLength", 4096);
        return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
        json_text_field(json, "type", "integer");
        json_int_field(json, "minimum", 0);
        return;
    default: json_text_field(json, "type", "integer"); return;
    }
}

static void one(struct openapi *api, const ProtobufCMessageDescriptor *message,
                const ProtobufCFieldDescriptor *field)
{
    struct json *json = &api->json;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && !web_field_is_decimal(field->descriptor)) {
        web_openapi_ref(api, field->descriptor);
        return;
    }
    json_object(json);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        money(json);
        json_end(json);
        return;
    }
    switch (web_field_sort(message, field)) {
    case WEB_SORT_MONEY: money(json); break;
    case WEB_SORT_TIME:
        types(json, "string", "null");
        json_text_field(json, "format", "date-time");
        break;
    case WEB_SORT_BY_UNIT: types(json, "string", "integer"); break;
    case WEB_SORT_BYTES:
        json_text_field(json, "type", "string");
        json_text_field(json, "contentEncoding", "base64url");
        break;
    case WEB_SORT_TEXT: json_text_field(json, "type", "string"); break;
    case WEB_SORT_THING: types(json, "object", "string"); break;
    case WEB_SORT_HIDDEN:
    case WEB_SORT_PLAIN: plain(json, field); break;
    }
    json_end(json);
}

void web_openapi_field(struct openapi *api, const ProtobufCMessageDescriptor *message,
                       const ProtobufCFieldDescriptor *field, bool repeated)
{
    if (!repeated || field->label != PROTOBUF_C_LABEL_REPEATED) {
        one(api, message, field);
        return;
    }
    json_object(&api->json);
    json_text_field(&api->json, "type", "array");
    json_key(&api->json, "items");
    one(api, message, field);
    json_end(&api->json);
}

void web_openapi_object(struct openapi *api, const ProtobufCMessageDescriptor *message,
                        const struct web_route *without)
{
    struct json *json = &api->json;
    json_object(json);
    json_text_field(json, "type", "object");
    json_bool_field(json, "additionalProperties", false);
    json_key(json, "properties");
    json_object(json);
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        bool taken = without != NULL && web_map_says(without, str_of(field->name));
        if (!taken && web_field_sort(message, field) != WEB_SORT_HIDDEN) {
            json_key(json, field->name);
            web_openapi_field(api, message, field, true);
        }
    }
    json_end(json);
    json_end(json);
}

void web_openapi_schemas(struct openapi *api)
{
    struct json *json = &api->json;
    json_key(json, "schemas");
    json_object(json);
    while (api->told < api->count) {
        const ProtobufCMessageDescriptor *message = api->order[api->told++];
        json_key(json, message->short_name);
        web_openapi_object(api, message, NULL);
    }
    json_end(json);
}
