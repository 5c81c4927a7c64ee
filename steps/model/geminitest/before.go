package geminitest

import (
	"net/http"
	"time"
)

// before is the refusal of a request by one of the faults that come before any work.
func before(t throw) *refusal {
	if t.fault == QuotaMinute || t.fault == QuotaPlain || t.fault == QuotaDay {
		return overQuota(t)
	}
	switch t.fault {
	case Internal:
		return refuse(http.StatusInternalServerError, "INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting")
	case Unavailable:
		return refuse(http.StatusServiceUnavailable, "UNAVAILABLE", "The model is overloaded. Please try again later.")
	case HTMLError:
		return &refusal{status: http.StatusServiceUnavailable, html: true, message: "The service you requested is not available at this time."}
	case Deadline:
		return refuse(http.StatusGatewayTimeout, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")
	case BadKey:
		return keyError(t.asked, "API key not valid. Please pass a valid API key.")
	case ExpiredKey:
		return keyError(t.asked, "API key expired. Please renew the API key.")
	case Denied:
		return refuse(http.StatusForbidden, forbidden, "The caller does not have permission")
	case NotFound:
		return notFound(t.asked)
	case Refused:
		return badRequest("%s", refusedText(t.call))
	}
	return nil
}

func refusedText(c Call) string {
	if c == Upload || c == Chunk {
		return "Unsupported MIME type: application/jsonl"
	}
	return "Request contains an invalid argument."
}

// overQuota is a 429 of the plan's, whatever the limits are.
func overQuota(t throw) *refusal {
	const metric = "generate_content_paid_tier_requests"
	wait := t.rule.Wait.or(30 * time.Second)
	switch t.fault {
	case QuotaPlain:
		return refuse(http.StatusTooManyRequests, exhausted, "Resource has been exhausted (e.g. check quota).")
	case QuotaDay:
		return quota(t.asked, metric, "GenerateRequestsPerDayPerProjectPerModel", 10000, wait)
	}
	return quota(t.asked, metric, "GenerateRequestsPerMinutePerProjectPerModel", 1000, wait)
}

// notFound is how the service says that there is no such thing, or not for this project.
func notFound(a asked) *refusal {
	switch {
	case a.bucket != "":
		return refuse(http.StatusNotFound, missing, "No such object: %s/%s", a.bucket, a.id)
	case a.call == GetFile || a.call == Download || a.call == DeleteFile:
		return refuse(http.StatusForbidden, forbidden, "You do not have permission to access the File %s or it may not exist.", a.id)
	case a.id != "" || a.call == Chunk:
		return refuse(http.StatusNotFound, missing, "Requested entity was not found.")
	case a.vertex:
		return refuse(http.StatusNotFound, missing, "Publisher Model `%s/publishers/google/models/%s` was not found or your project does not have access to it. "+
			"Please ensure you are using a valid model version.", a.parent, a.model)
	}
	return refuse(http.StatusNotFound, missing, "models/%s is not found for API version %s, or is not supported for %s. "+
		"Call ListModels to see the list of available models and their supported methods.", a.model, a.version, a.verb)
}
