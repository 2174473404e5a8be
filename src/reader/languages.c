// languages: which reader reads what.

#include "reader/reader.h"

#include "pdl_image/photo.h"
#include "pdl_image/png.h"
#include "pdl_image/tiff.h"
#include "pdl_line/escp.h"
#include "pdl_line/labels.h"
#include "pdl_line/text.h"
#include "pdl_pack/gzip.h"
#include "pdl_pcl/pcl5.h"
#include "pdl_pcl/xl.h"
#include "pdl_pdf/pdf.h"
#include "pdl_ps/ps.h"
#include "pdl_raster/raster.h"
#include "pdl_xps/xps.h"

// clang-format off
const struct pdl_language reader_languages[] = {
    { PDL_FAMILY_PDF, pdl_pdf_read },
    { PDL_FAMILY_JPEG, pdl_image_photo_read },
    { PDL_FAMILY_PNG, pdl_image_png_read },
    { PDL_FAMILY_TIFF, pdl_image_tiff_read },
    { PDL_FAMILY_PWG, pdl_raster_pwg_read },
    { PDL_FAMILY_CUPS, pdl_raster_cups_read },
    { PDL_FAMILY_URF, pdl_raster_urf_read },
    { PDL_FAMILY_GZIP, pdl_pack_gzip_read },
    { PDL_FAMILY_PCL, pdl_pcl_read },
    { PDL_FAMILY_PCLXL, pdl_pcl_xl_read },
    { PDL_FAMILY_POSTSCRIPT, pdl_ps_read },
    { PDL_FAMILY_ESCP, pdl_line_escp_read },
    { PDL_FAMILY_TEXT, pdl_line_text_read },
    { PDL_FAMILY_LABELS, pdl_line_labels_read },
    { PDL_FAMILY_ZIP, pdl_xps_read },
    { PDL_FAMILY_EMPTY, NULL },
};
// clang-format on
