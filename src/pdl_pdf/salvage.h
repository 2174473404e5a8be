// salvage: a PDF that libqpdf cannot open, made one that it can: a copy with a trailer of our own
// behind it. Its root is the catalog that is found among the objects, or, without one, a page tree
// of the pages that are found. Objects in object streams are copied out of them.
#pragma once

#include "pdl_pdf/pdf_int.h"

enum { PDF_SALVAGE_MAX = 48 << 20, PDF_SALVAGE_MORE = (16 << 20) - 1 };

// False: nothing to be read is found, or it is over PDF_SALVAGE_MAX, or encrypted.
bool pdl_pdf_salvage(struct doc *doc, struct str document, struct buf *copy);

// The word that makes it encrypted is blotted out in a copy: for documents whose streams are not
// encrypted at all, though something else of them is (attachments).
bool pdl_pdf_salvage_plain(struct str document, struct buf *copy);
