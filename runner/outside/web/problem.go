package web

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"sftrun.local/runner/outside/ranges"
)

// problem turns an answer that is no success into an error: a *ranges.Passing if it may pass, else one for the user.
func problem(r *http.Response, name string) error {
	said := strings.TrimSpace(fmt.Sprintf("%d %s", r.StatusCode, http.StatusText(r.StatusCode)))
	host := r.Request.URL.Host
	if ranges.Passes(r.StatusCode) {
		return &ranges.Passing{Text: host + " answered " + said, Wait: ranges.RetryAfter(r.Header)}
	}
	switch r.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return fmt.Errorf("%s: %s wants to know who asks (%s), and no keys are sent to web servers.  Download the file and name it, or write s3://, gs:// or hf:// if it lies there", name, host, said)
	case http.StatusNotFound, http.StatusGone:
		return fmt.Errorf("%s: there is no such file (%s); check the address in a browser", name, said)
	}
	return fmt.Errorf("%s: %s answered %s, which is not understood; check the address in a browser", name, host, said)
}

// unanswered is the failure of a request that got no answer. A host that does not exist and a certificate that is not
// trusted do not pass.
func unanswered(host string, err error) error {
	bare := ranges.Bare(err)
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Errorf("there is no host %s; check the address, and the network of this machine", host)
	case errors.As(err, &certificate):
		return fmt.Errorf("the certificate of %s is not trusted (%s)", host, ranges.OneLine(certificate.Err.Error()))
	}
	return &ranges.Passing{Text: fmt.Sprintf("%s gave no answer (%s)", host, ranges.OneLine(bare.Error()))}
}
