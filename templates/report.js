/* The report is complete without this script. It adds a filter, copy buttons and a way to open
   and close everything; it reads and changes only this page. */
(function () {
  'use strict';

  function make(tag, text, label) {
    var element = document.createElement(tag);
    if (text) { element.textContent = text; }
    if (label) { element.setAttribute('aria-label', label); }
    return element;
  }

  function choice(label, words) {
    var select = make('select', '', label);
    words.forEach(function (word) {
      var option = make('option', word[1]);
      option.value = word[0];
      select.append(option);
    });
    return select;
  }

  /* Opens what hides the target of a deep link. */
  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === 'DETAILS') { at.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  }

  function addFilter() {
    var section = document.getElementById('findings-section');
    var rules = Array.from(document.querySelectorAll('[data-rule]'));
    if (!section || rules.length === 0) { return; }
    var box = make('div');
    box.className = 'tools';
    box.setAttribute('role', 'search');
    var text = make('input', '', 'Filter findings by text');
    text.type = 'search';
    text.placeholder = 'Filter by text';
    var severity = choice('Filter by severity', [
      ['', 'any severity'], ['critical', 'critical'], ['high', 'high'],
      ['medium', 'medium'], ['low', 'low'], ['info', 'info']
    ]);
    var state = choice('Filter by state', [
      ['', 'any state'], ['state-active', 'active'], ['state-unknown', 'may still be active'],
      ['state-resolved', 'ended'], ['state-note', 'notes']
    ]);
    var open = make('button', 'Expand all');
    var close = make('button', 'Collapse all');
    var shown = make('span');
    shown.className = 'n';
    shown.setAttribute('role', 'status');
    box.append(text, severity, state, open, close, shown);
    section.querySelector('.lead').after(box);

    function apply() {
      var wanted = text.value.trim().toLowerCase();
      var left = 0;
      rules.forEach(function (rule) {
        var group = rule.closest('[data-state]');
        var fits = (!severity.value || rule.dataset.severity === severity.value) &&
          (!state.value || group.dataset.state === state.value) &&
          (!wanted || rule.textContent.toLowerCase().includes(wanted));
        rule.hidden = !fits;
        if (fits) { left += 1; }
      });
      document.querySelectorAll('[data-state]').forEach(function (group) {
        group.hidden = !group.querySelector('[data-rule]:not([hidden])');
      });
      shown.textContent = left === rules.length ? '' : left + ' of ' + rules.length + ' shown';
    }

    [text, severity, state].forEach(function (control) { control.addEventListener('input', apply); });
    function all(wanted) {
      section.querySelectorAll('details').forEach(function (details) { details.open = wanted; });
    }
    open.type = close.type = 'button';
    open.addEventListener('click', function () { all(true); });
    close.addEventListener('click', function () { all(false); });
  }

  function copy(text, button) {
    function done(word) {
      button.textContent = word;
      setTimeout(function () { button.textContent = 'Copy'; }, 1500);
    }
    function byHand() {
      var area = make('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      var worked = document.execCommand('copy');
      area.remove();
      done(worked ? 'Copied' : 'Select and copy');
    }
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(function () { done('Copied'); }, byHand);
    } else {
      byHand();
    }
  }

  function addCopyButtons() {
    document.querySelectorAll('pre.cmd').forEach(function (block) {
      var button = make('button', 'Copy', 'Copy to the clipboard');
      button.type = 'button';
      button.addEventListener('click', function () {
        copy(block.querySelector('code').textContent.trimEnd(), button);
      });
      block.append(button);
    });
  }

  addFilter();
  addCopyButtons();
  addEventListener('hashchange', reveal);
  if (location.hash) { reveal(); }
}());
