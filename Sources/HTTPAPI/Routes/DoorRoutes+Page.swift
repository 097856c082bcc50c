internal import HTTPTypes
internal import Hummingbird

/// The page at `/`: a reader of the public routes and nothing more.
extension DoorRoutes {
    func addPage(to router: Router<BasicRequestContext>) {
        let files: [(RouterPath, String, [UInt8])] = [
            ("/", "text/html; charset=utf-8", PackageResources.page_html),
            ("page.css", "text/css; charset=utf-8", PackageResources.page_css),
            ("page.js", "text/javascript; charset=utf-8", PackageResources.page_js),
        ]
        for (path, type, bytes) in files {
            let text = String(decoding: bytes, as: UTF8.self)
            router.get(path) { _, _ in
                var response = Response.text(text, type: type)
                // Nothing from elsewhere, whatever a text of ours or of a client's says.
                response.headers[.contentSecurityPolicy] =
                    "default-src 'self'; img-src data:; frame-ancestors 'none'"
                response.headers[.xContentTypeOptions] = "nosniff"
                return response
            }
        }
    }
}
