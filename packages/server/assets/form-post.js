// Posts the one form of the page. The method is taken from the prototype: a field named `submit` would hide the form's own.
HTMLFormElement.prototype.submit.call(document.querySelector('form'));
