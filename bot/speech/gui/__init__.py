"""Talk about buttons: what the backend says to somebody who sees an editor, for somebody who does not. Invents no word."""

from bot.speech.gui.talk import Told, without_gui
from bot.speech.gui.values import Action

__all__ = ["Action", "Told", "without_gui"]
