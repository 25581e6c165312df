"""What Discord answers when it refuses, with its codes and words. Never raised for a fault of the simulator itself."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: HTTP status, Discord's code and message, and whatever else stands in the body. `page`: HTML instead of JSON."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.body = {"message": message, "code": code, **more}
        self.page: str | None = None


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def not_served(what: str) -> ApiError:
    """Discord could, this simulator cannot (yet): a loud answer instead of a guess."""
    return ApiError(501, 0, f"The Discord on loopback does not serve {what}")


def unknown_channel() -> ApiError:
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    return ApiError(404, 10062, "Unknown interaction")


def too_many_commands(most: int) -> ApiError:
    return ApiError(400, 30032, f"Maximum number of application commands reached ({most})")


def too_many_follow_ups() -> ApiError:
    return ApiError(400, 40094, "This interaction has hit the maximum number of follow up messages")


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def token_expired() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")


def too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")


def beyond_cap() -> ApiError:
    """What a proxy in front of Discord says of a request that is far too large."""
    error = ApiError(413, 0, "Request Entity Too Large")
    error.page = "<html><head><title>413</title></head><body><h1>413 Request Entity Too Large</h1></body></html>"
    return error


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def not_in_direct_messages() -> ApiError:
    return ApiError(403, 50003, "Cannot execute action on a DM channel")


def not_the_author() -> ApiError:
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


def too_many_files() -> ApiError:
    return ApiError(400, 30015, "Maximum number of attachments in a message reached (10)")


def thread_is_locked() -> ApiError:
    return ApiError(400, 50083, "Thread is archived")


def words_beside_a_voice() -> ApiError:
    return ApiError(400, 50159, "Voice messages do not support additional content.")


def not_one_recording() -> ApiError:
    return ApiError(400, 50160, "Voice messages must have a single audio attachment.")


def recording_without_waveform() -> ApiError:
    return ApiError(400, 50161, "Voice messages must have supporting metadata.")


def voices_cannot_be_edited() -> ApiError:
    return ApiError(400, 50162, "Voice messages cannot be edited.")


def closed_to_messages() -> ApiError:
    return ApiError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def invalid_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def invalid_form(errors: dict[str, Any]) -> ApiError:
    return ApiError(400, 50035, "Invalid Form Body", errors=errors)


def inside(name: str, error: ApiError) -> ApiError:
    """A refusal as it reads where the form stands in a field of the body."""
    tree = error.body.get("errors")
    return error if tree is None else invalid_form({name: tree})


def too_many_old_edits(retry_after: float) -> ApiError:
    message = "Maximum number of edits to messages older than 1 hour reached. Try again later."
    return ApiError(429, 30046, message, retry_after=retry_after, **{"global": False})


def rate_limited(retry_after: float, *, is_global: bool) -> ApiError:
    return ApiError(429, 0, "You are being rate limited.", retry_after=retry_after, **{"global": is_global})
