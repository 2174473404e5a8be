// limit: the caps of one IPP message, so that a stranger's bytes cost no more than this.
#pragma once

#include <stddef.h>

enum {
    IPP_DEPTH_MAX = 10,             // collections in collections
    IPP_NAME_MAX = 255,             // bytes of an attribute's name (a keyword, RFC 8011 5.1.4)
    IPP_VALUE_MAX = 32767,          // bytes of one value: value-length is a SIGNED-SHORT
    IPP_REQUEST_BYTES_MAX = 131072, // the attribute section of what a client asks
    IPP_REQUEST_ATTRS_MAX = 1000,   // members of collections count too
    IPP_REQUEST_VALUES_MAX = 4000,
    IPP_RESPONSE_BYTES_MAX = 4194304, // what a printer answers us
    IPP_RESPONSE_ATTRS_MAX = 40000,
    IPP_RESPONSE_VALUES_MAX = 100000,
};

struct ipp_caps {
    size_t bytes;
    size_t attrs;
    size_t values;
};

// As compound literals, so that they can be used where a pointer is wanted: &IPP_CAPS_REQUEST.
#define IPP_CAPS_REQUEST                                                                           \
    ((const struct ipp_caps){ IPP_REQUEST_BYTES_MAX, IPP_REQUEST_ATTRS_MAX,                        \
                              IPP_REQUEST_VALUES_MAX })
#define IPP_CAPS_RESPONSE                                                                          \
    ((const struct ipp_caps){ IPP_RESPONSE_BYTES_MAX, IPP_RESPONSE_ATTRS_MAX,                      \
                              IPP_RESPONSE_VALUES_MAX })
