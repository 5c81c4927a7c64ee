// Package hub reads dataset repositories of the Hugging Face Hub.
//
// Read it in this order. address.go parses what the user writes ([Parse]), find.go finds the user's token. pin.go turns
// a branch or tag into a commit, so that what is planned is what is read. list.go lists the files of a pattern or a split:
// tree.go pages through the repository, datafiles.go reads the card, and card.go, splitfiles.go and splits.go tell which
// files belong together. file.go opens one of them for random access, peek.go for a look.
// fetch.go gets blocks of it, which blocks.go keeps, and reads on in one long request where reads follow each other
// (fronts.go, stream.go); resolve.go asks the Hub again where the bytes lie when a signed address has run out; proof.go hashes what
// comes in. Below all of it, request.go sends, connections.go and limits.go say when, watch.go ends what hangs,
// problem.go tells in the words of the user what went wrong, and patience.go tries again what may pass.
//
// What must stay true. The token goes to the host of the endpoint, over its scheme, and nowhere else: redirects are
// followed by hand, and neither the token nor a signed address gets into an error. Bytes are handed out only if they are
// the bytes that were asked for: the answer's range, length and ETag are checked, the Hub must name the same digest
// for the file as when it was listed, and a file read once from its beginning to its end is hashed along the way.
// Everything waits on a context, and no goroutine outlives a call.
//
// # Sources
//
// Pages of the Hub: "Hub API Endpoints" and the Markdown form of its OpenAPI description (revision, tree with recursive,
// limit and cursor, resolve), "Hub Rate limits" (429, RateLimit and RateLimit-Policy of
// draft-ietf-httpapi-ratelimit-headers-09, windows of five minutes), "File names and splits", "Manual Configuration".
// Pages of huggingface_hub: "HF URIs" (refs/pr/N and refs/convert/NAME with their slashes), "Environment variables".
//
// What no page tells is taken from the sources and threads of the Hub's own libraries. huggingface_hub: utils/_http.py
// (error codes, and what a 401 means), utils/_auth.py, utils/_pagination.py, utils/_hf_uris.py, issue 3553 (RateLimit as
// it is sent), pull request 4739 (redirects on the host itself). hf-hub pull request 212: X-Linked-Etag, X-Linked-Size
// and X-Repo-Commit stand on the redirect; the CDN's ETag is another value. huggingface.js pull request 1024: an address
// signed for HEAD may not serve GET. swift-transformers pull request 209: small files lie at /api/resolve-cache.
// xet-core issue 956: a 403 of the CDN that is no expiry. datasets: data_files.py, utils/metadata.py and load.py (in
// which order names are tried for splits, what a card may declare).
//
// The client was written against these and the emulator of package hubtest; neither is the Hub.
//
// # Departures
//
// hf://OWNER/NAME means a dataset here, where huggingface_hub takes it for a model: nothing else is read. Files are
// fetched over the plain resolve route, which serves files of the Xet storage too; the chunk protocol of Xet saves
// nothing to who reads a file once. Of the layouts that datasets recognises, those for evaluation logs and agent
// tasks are left out. In addition to them, a folder may stand for a configuration that no card declares.
package hub
